package io.postern.console.store;

import io.postern.names.DomainNames;

/**
 * Addresses as the read model keeps them, and as every condition on them is compared: the local
 * part as it was written (RFC 5321 §2.4), the domain in its normal form. Stateless.
 */
public final class Addresses {
  private Addresses() {}

  public static String normal(String address) {
    int at = address.lastIndexOf('@');
    return at < 0 ? address : address.substring(0, at + 1) + domain(address);
  }

  /** Of the whole address, or empty where it has none. */
  public static String domain(String address) {
    int at = address.lastIndexOf('@');
    return at < 0 ? "" : DomainNames.normal(address.substring(at + 1));
  }
}
