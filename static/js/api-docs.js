// Draws the API's description. A file of its own, because the page allows no inline script.

const place = document.getElementById("api");

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  supportedSubmitMethods: [], // to read, not to try out: a token typed into a page is a token lost
  validatorUrl: null,
});
