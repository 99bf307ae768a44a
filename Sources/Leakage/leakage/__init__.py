"""What somebody without the key can make of a partially encrypted file, measured."""
