"""A stand-in for Ironic: small processes that behave like it as far as rollmill can see."""
