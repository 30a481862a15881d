package io.postern.operator.connectors;

import io.postern.contracts.VerdictQuestion;
import io.postern.contracts.v1.CertificateVerdict;

/** The judge of a chain; libraries/certificates', and a test's. One thread. */
public interface Judge {
  CertificateVerdict judge(VerdictQuestion question) throws InterruptedException;
}
