package io.postern.bounds;

/**
 * For whom something is held. Immutable.
 *
 * @param user who calls
 * @param organization of the user, or that the call is about; several, which count as one of their
 *     own: joined by commas; empty: all organizations
 */
public record Holder(String user, String organization) {}
