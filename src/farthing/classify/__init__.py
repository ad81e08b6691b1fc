"""Pure knowledge about what people pay for: merchant names out of bank texts, categories out of words."""
