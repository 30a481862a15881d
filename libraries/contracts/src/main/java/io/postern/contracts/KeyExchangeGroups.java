package io.postern.contracts;

/** Groups of the key exchange by IANA's names (TLS Parameters registry, Supported Groups). */
public final class KeyExchangeGroups {
  /**
   * X25519 with ML-KEM-768 (draft-ietf-tls-ecdhe-mlkem): the one hybrid group that we offer and
   * take.
   */
  public static final String HYBRID = "X25519MLKEM768";

  private KeyExchangeGroups() {}

  /**
   * Whether whoever records a session today, and has a quantum computer later, reads nothing of it.
   *
   * @param group empty: not known, which is no
   */
  public static boolean postQuantum(String group) {
    return group.equals(HYBRID);
  }
}
