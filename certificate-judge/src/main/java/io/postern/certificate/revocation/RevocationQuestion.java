package io.postern.certificate.revocation;

import io.postern.certificate.ParsedCertificate;
import java.time.Instant;

/**
 * Has its issuer revoked this certificate?
 *
 * @param issuer the path's, so trusted
 * @param signers who else may have signed what is said of it
 * @param stapled the OCSP response that its holder sent along; empty: none
 * @param giveUp what could not be had by then is a finding too
 */
public record RevocationQuestion(
    ParsedCertificate certificate,
    ParsedCertificate issuer,
    ListSigners signers,
    byte[] stapled,
    Instant now,
    Instant giveUp) {}
