package dev.baton.config;

import java.time.Duration;

/**
 * Limits on stored objects.
 *
 * @param storeBytes budget of all stored objects together, in bytes
 * @param ttl life of an object whose producer names none
 * @param ttlMax longest life that a producer may ask for
 * @param putWait how long a put that does not fit may wait for room
 * @param tombstones freed objects remembered until their expiry, so that a late reader is told why
 */
public record ObjectSettings(long storeBytes, Duration ttl, Duration ttlMax, Duration putWait, int tombstones) {}
