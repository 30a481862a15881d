package io.postern.ingress.listener;

/**
 * The most connections that may be open at once.
 *
 * @param all of all clients
 * @param perAddress of one IPv4 address or IPv6 /64; not below {@code all} where one address stands
 *     for all clients, a proxy's for instance: then nothing is kept for others
 * @param perNetwork of one IPv4 /24 or IPv6 /48
 */
public record ConnectionBounds(int all, int perAddress, int perNetwork) {

  /** One address may have all connections: it is a proxy's, and stands for all clients. */
  boolean oneAddressIsAll() {
    return perAddress >= all;
  }
}
