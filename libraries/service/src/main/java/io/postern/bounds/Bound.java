package io.postern.bounds;

/**
 * What users of the APIs can take of a service, one row a bound: the table from which the pages are
 * made. Numbers are of one replica.
 */
public enum Bound {
  /**
   * Of console-service; as many as its connections (quarkus.datasource.jdbc.max-size), each at most
   * 10 s. One more waits 5 s.
   */
  SEARCHES("searches and reports", Unit.PLACES, 12, 5, 3, 5),
  /** Of policy-service; minutes each. */
  COMPARISONS("comparisons of a draft with recent mail", Unit.PLACES, 3, 1, 1, 60),
  /** Of policy-service, in the log; at most 10 s each. One more waits 5 s. */
  LOOKUPS("lookups of messages in Kafka", Unit.PLACES, 4, 2, 2, 5),
  /** Of policy-service, in the log; at most 10 s each. */
  ACCESS_EVENTS("readings of the records of access", Unit.PLACES, 3, 2, 1, 10),
  /** Of policy-service, while their text comes; at most a minute each. */
  UPLOADS("uploads of lists of recipients", Unit.PLACES, 64, 1, 4, 10),
  /** Of policy-service: the text of these lists. */
  UPLOADED_BYTES("uploaded lists of recipients", Unit.BYTES, 24L << 20, 24L << 20, 24L << 20, 10),
  /** Of policy-service: lists whose text has come are applied one at a time; 30 s are waited. */
  LISTS("lists of recipients that are applied", Unit.PLACES, 1, 1, 1, 10),
  /** Of delivery-service; each connects to hosts outside, for at most a minute. */
  VALIDATIONS("validations of next hops", Unit.PLACES, 8, 3, 2, 30),
  /** Of certificate-service; each connects to hosts outside. */
  CERTIFICATE_CHECKS("certificate checks", Unit.PLACES, 6, 2, 2, 10),
  /** Of certificate-service; each asks the DNS. */
  DNS_CHECKS("checks of DNS records", Unit.PLACES, 6, 2, 2, 10),
  /** Of certificate-service; each waits for revocation lists. */
  REHEARSALS("rehearsals of a certificate change", Unit.PLACES, 4, 2, 2, 10);

  /** In what a bound is counted. */
  public enum Unit {
    PLACES,
    BYTES
  }

  private final String what;
  private final Unit unit;
  private final long all;
  private final long ofOrganization;
  private final long ofUser;
  private final int againSeconds;

  Bound(String what, Unit unit, long all, long ofOrganization, long ofUser, int againSeconds) {
    this.what = what;
    this.unit = unit;
    this.all = all;
    this.ofOrganization = ofOrganization;
    this.ofUser = ofUser;
    this.againSeconds = againSeconds;
  }

  /** What is bounded, in the plural. */
  public String what() {
    return what;
  }

  public Unit unit() {
    return unit;
  }

  public long all() {
    return all;
  }

  /** At most so much of it for the users of one organization together. */
  public long ofOrganization() {
    return ofOrganization;
  }

  /** At most so much of it for one user, an operator too. */
  public long ofUser() {
    return ofUser;
  }

  /** After how many seconds another try is sensible. */
  public int againSeconds() {
    return againSeconds;
  }
}
