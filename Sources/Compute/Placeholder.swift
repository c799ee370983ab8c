// Placeholder until the first file of Compute lands.
