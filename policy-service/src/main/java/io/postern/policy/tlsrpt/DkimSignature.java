package io.postern.policy.tlsrpt;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.apache.james.jdkim.DKIMSigner;
import org.apache.james.jdkim.exceptions.FailException;

/**
 * The DKIM signature of one domain (RFC 6376): rsa-sha256, relaxed, over the whole body, since a
 * report's must not leave out any of it (RFC 8460 §3). Immutable; any thread. The same message has
 * the same signature.
 */
final class DkimSignature {
  private static final int LEAST_BITS = 1024; // RFC 8301 §3.2
  private static final String SIGNED =
      "from:to:date:subject:message-id:mime-version:content-type:auto-submitted"
          + ":tls-report-domain:tls-report-submitter:tls-required";

  private final String template;
  private final PrivateKey key;

  /**
   * @param domain that signs; A-labels
   * @param selector the record with the public key is {@code selector._domainkey.domain}
   */
  DkimSignature(String domain, String selector, PrivateKey key) {
    this.template =
        "v=1; a=rsa-sha256; c=relaxed/relaxed; d="
            + domain
            + "; s="
            + selector
            + "; h="
            + SIGNED
            + "; bh=; b=;";
    this.key = key;
  }

  /**
   * A key for signatures.
   *
   * @param pem PKCS#8
   * @throws IllegalArgumentException it is no RSA key, or too short
   */
  static PrivateKey key(String pem) {
    String base64 =
        pem.replaceAll("(?s).*-----BEGIN PRIVATE KEY-----(.*)-----END PRIVATE KEY-----.*", "$1");
    try {
      PrivateKey key =
          KeyFactory.getInstance("RSA")
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
      if (((RSAKey) key).getModulus().bitLength() >= LEAST_BITS) {
        return key;
      }
      throw new IllegalArgumentException("the key is too short");
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("no RSA key in PKCS#8", e);
    }
  }

  /**
   * The field that goes before the message, with its line end.
   *
   * @param message whole, with CRLF
   */
  String of(byte[] message) {
    try {
      String field = new DKIMSigner(template, key).sign(new ByteArrayInputStream(message));
      return field.strip().replace("; ", ";\r\n\t") + "\r\n";
    } catch (IOException | FailException e) {
      // The message is in memory and its form is ours.
      throw new IllegalStateException("a report cannot be signed", e);
    }
  }
}
