package io.postern.certificate.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.Conformance;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.UnusableCertificateException;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.judging.Ways;
import io.postern.contracts.v1.AnchorSetReference;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import java.io.StringReader;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * OpenSSL's OCSP vectors: an answer is accepted when it is right for one of the given issuers, and
 * this one leads to an anchor. They are of 2012, so that signatures with SHA-1 count here, and most
 * were out of date at the time that they are judged at, which their expectations leave aside. No
 * case is treated apart.
 */
class OcspVectorsTest {
  @TestFactory
  Stream<DynamicTest> ocsp() {
    return Conformance.cases("ocsp").stream()
        .map(file -> DynamicTest.dynamicTest("ocsp", () -> run(file)));
  }

  private static void run(Path file) throws Exception {
    List<String> wrong = new ArrayList<>();
    int cases = 0;
    for (String line : Files.readAllLines(file)) {
      try (JsonReader reader = Json.createReader(new StringReader(line))) {
        JsonObject vector = reader.readObject();
        cases++;
        String said = judge(vector);
        if (said.isEmpty() != vector.getString("expected").equals("accept")) {
          wrong.add(vector.getString("id") + " " + vector.getString("name") + ": " + said);
        }
      }
    }
    System.out.println("OCSP: " + (cases - wrong.size()) + " of " + cases + " as expected");
    assertThat(cases).isEqualTo(59);
    assertThat(wrong).isEmpty();
  }

  /** Why it is rejected; empty: accepted. */
  private static String judge(JsonObject vector) throws Exception {
    Instant now = Instant.parse(vector.getString("time"));
    byte[] response = Base64.getDecoder().decode(vector.getString("response"));
    BigInteger serial =
        ((BasicOCSPResp) new OCSPResp(response).getResponseObject())
            .getResponses()[0]
            .getCertID()
            .getSerialNumber();
    List<ParsedCertificate> anchors = certificates(vector, "anchors");
    List<ParsedCertificate> issuers = certificates(vector, "certs");
    List<String> said = new ArrayList<>();
    for (ParsedCertificate issuer : issuers) {
      try {
        OcspQuestion question =
            new OcspQuestion(issuer.holder().getSubject().getEncoded(), issuer, serial);
        OcspAnswer answer = OcspAnswer.read(response, question, new byte[0], true, now);
        assertThat(answer.thisUpdate()).isBefore(answer.nextUpdate());
        if (!Ways.lead(issuer, issuers, anchors(anchors))) {
          said.add("no way leads from the issuer to an anchor");
        } else {
          return "";
        }
      } catch (FetchException e) {
        said.add(String.valueOf(e.getMessage()));
      }
    }
    return said.isEmpty() ? "no issuer" : said.toString();
  }

  private static TrustAnchors anchors(List<ParsedCertificate> anchors) {
    return new TrustAnchors(AnchorSetReference.getDefaultInstance(), anchors);
  }

  private static List<ParsedCertificate> certificates(JsonObject vector, String name)
      throws UnusableCertificateException {
    List<ParsedCertificate> all = new ArrayList<>();
    for (JsonString der : vector.getJsonArray(name).getValuesAs(JsonString.class)) {
      all.add(ParsedCertificate.parse(Base64.getDecoder().decode(der.getString())));
    }
    return all;
  }
}
