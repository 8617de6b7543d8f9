"""The hub: many gates, one roster, nothing lost. Its engine knows neither MQTT nor SQL."""
