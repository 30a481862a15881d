package io.postern.ingress.intake;

import io.postern.ingress.source.Source;
import java.util.List;

/**
 * The record of clients' certificate chains, for certificate.presented: a later question can decide
 * a session again by it. Called from session threads before a record of the session is made; never
 * blocks and never throws.
 */
@FunctionalInterface
public interface PresentedChains {
  /**
   * @param fingerprint of the chain, SHA-256 over the SHA-256s
   * @param chain DER as presented, leaf first
   * @param stapledOcsp DER; empty: none
   * @param proved a verdict of this session is good
   * @return whether the log has the chain, or is on the way to have it
   */
  boolean keep(
      Source source, byte[] fingerprint, List<byte[]> chain, byte[] stapledOcsp, boolean proved);
}
