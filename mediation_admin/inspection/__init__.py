"""The platform looks at itself: live checks of what the security rules promise, for administrators and operators."""
