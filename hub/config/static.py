"""Static files of production: every file carries its fingerprint in its name, scripts that scripts import too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class FingerprintedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Imports between modules are rewritten as well: no browser mixes scripts of two versions after an upgrade."""

    support_js_module_import_aggregation = True
