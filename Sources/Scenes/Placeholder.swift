// Placeholder until the first file of Scenes lands.
