package io.postern.certificate.dns;

import io.postern.contracts.Fingerprints;
import io.postern.dns.mtasts.StsPolicy;
import io.postern.dns.mtasts.StsRecord;
import java.nio.charset.StandardCharsets;

/**
 * A policy of MTA-STS that we serve for a domain of ours.
 *
 * @param whyNotEnforced why it is served as testing instead of enforce; empty: it is as configured
 */
record OwnPolicy(StsPolicy policy, String whyNotEnforced) {
  private static final int ID_LENGTH = 32; // RFC 8461 §3.1

  /** Its record, whose id is made from its text: the two never disagree. */
  StsRecord record() {
    byte[] text = policy.text().getBytes(StandardCharsets.US_ASCII);
    return new StsRecord(Fingerprints.hex(Fingerprints.sha256(text)).substring(0, ID_LENGTH));
  }
}
