"""What a person sees and can do: features with actions and pages."""
