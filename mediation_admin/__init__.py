"""The court-mediation platform. The application is made by factory.create_app; nothing is loaded before it is asked for."""
