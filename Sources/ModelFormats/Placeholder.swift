// Placeholder until the first file of ModelFormats lands.
