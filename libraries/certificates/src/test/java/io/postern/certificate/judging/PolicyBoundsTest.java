package io.postern.certificate.judging;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.postern.certificate.CertificateMaker;
import io.postern.certificate.CertificateMaker.Made;
import io.postern.certificate.CpuTime;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.Problem;
import io.postern.contracts.v1.VerdictReason;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Policies that multiply with each certificate of a chain (the shape of CVE-2023-0464). */
class PolicyBoundsTest {
  private static final String ARC = "1.3.6.1.4.1.99999.";
  private static final ASN1ObjectIdentifier ANY = new ASN1ObjectIdentifier("2.5.29.32.0");
  private static final int DEPTH = 8;
  private static final long MOST_BYTES = 64 << 20;

  private static ASN1ObjectIdentifier policy(int number) {
    return new ASN1ObjectIdentifier(ARC + number);
  }

  private static CertificatePolicies policies(int count) {
    PolicyInformation[] all = new PolicyInformation[count];
    for (int i = 0; i < count; i++) {
      all[i] = new PolicyInformation(policy(i + 1));
    }
    return new CertificatePolicies(all);
  }

  private static DERSequence mappings(int from, int to) {
    ASN1EncodableVector all = new ASN1EncodableVector();
    for (int i = 1; i <= from; i++) {
      for (int j = 1; j <= to; j++) {
        all.add(new DERSequence(new ASN1ObjectIdentifier[] {policy(i), policy(j)}));
      }
    }
    return new DERSequence(all);
  }

  /** Eight certificates below the anchor. */
  private static CandidatePath path(CertificatePolicies policies, DERSequence mappings) {
    Made anchor = CertificateMaker.ca("anchor").make();
    List<ParsedCertificate> below = new ArrayList<>();
    Made issuer = anchor;
    for (int i = 1; i < DEPTH; i++) {
      CertificateMaker ca =
          CertificateMaker.ca("ca" + i)
              .by(issuer)
              .with(Extension.certificatePolicies, false, policies);
      if (mappings.size() > 0) {
        ca.with(Extension.policyMappings, false, mappings);
      }
      issuer = ca.make();
      below.addFirst(issuer.certificate());
    }
    below.addFirst(
        CertificateMaker.leaf("mail.example")
            .by(issuer)
            .with(Extension.certificatePolicies, false, policies)
            .make()
            .certificate());
    return new CandidatePath(below, anchor.certificate());
  }

  private static PathRules.Question mail() {
    return new PathRules.Question(Purpose.SERVER, PolicyInputs.NONE, Instant.now());
  }

  @BeforeAll
  static void loadClasses() {
    assertThat(PathRules.firstBroken(path(policies(1), mappings(0, 0)), mail())).isNull();
  }

  /** With mapping, five policies that map to each other took 2.4 s and 1.4 GB. */
  @ParameterizedTest
  @CsvSource({"5, 5", "8, 8", "32, 1", "1, 32", "33, 0", "100, 10"})
  void policiesCostLittleHoweverManyThereAre(int count, int eachTo) {
    CandidatePath path = path(policies(count), mappings(count, eachTo));
    boolean tooMany = count > PolicyBounds.MOST || count * eachTo > PolicyBounds.MOST;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = threads.getCurrentThreadAllocatedBytes();
    CpuTime cpu = CpuTime.measure();

    PathRules.BrokenRule broken = PathRules.firstBroken(path, mail());

    assertThat(cpu.used()).isLessThan(Duration.ofSeconds(3));
    assertThat(threads.getCurrentThreadAllocatedBytes() - allocated).isLessThan(MOST_BYTES);
    if (tooMany) {
      Problem problem = Objects.requireNonNull(broken).problem();
      assertThat(problem.reason()).isEqualTo(VerdictReason.TOO_COMPLEX);
      assertThat(problem.detail()).contains("at most 32");
    } else {
      assertThat(broken).isNull();
    }
  }

  @Test
  void aPolicyThatStandsTwiceIsMalformedAndMultipliesNothing() {
    PolicyInformation one = new PolicyInformation(policy(1));
    CandidatePath path =
        path(new CertificatePolicies(new PolicyInformation[] {one, one}), mappings(0, 0));
    PathRules.BrokenRule broken = Objects.requireNonNull(PathRules.firstBroken(path, mail()));
    assertThat(broken.problem().reason()).isEqualTo(VerdictReason.MALFORMED);
    assertThat(broken.problem().detail()).contains(ARC + "1 twice");
  }

  /** RFC 5280 §4.2.1.11 of the certificates themselves, where mail asks for nothing. */
  @ParameterizedTest
  @CsvSource({
    "same, true",
    "other, false",
    "none, false",
    "any, true",
  })
  void aCertificateThatRequiresAPolicyIsObeyed(String ofLeaf, boolean good) {
    Made anchor = CertificateMaker.ca("anchor").make();
    DERSequence required =
        new DERSequence(new DERTaggedObject(false, 0, new ASN1Integer(0))); // requireExplicitPolicy
    Made ca =
        CertificateMaker.ca("ca")
            .by(anchor)
            .with(
                Extension.certificatePolicies,
                false,
                new CertificatePolicies(new PolicyInformation(policy(1))))
            .with(Extension.policyConstraints, true, required)
            .make();
    CertificateMaker leaf = CertificateMaker.leaf("mail.example").by(ca);
    switch (ofLeaf) {
      case "same" -> leaf.with(Extension.certificatePolicies, false, policies(1));
      case "other" ->
          leaf.with(
              Extension.certificatePolicies,
              false,
              new CertificatePolicies(new PolicyInformation(policy(7))));
      case "any" ->
          leaf.with(
              Extension.certificatePolicies,
              false,
              new CertificatePolicies(new PolicyInformation(ANY)));
      default -> {}
    }
    PathRules.BrokenRule broken =
        PathRules.firstBroken(
            new CandidatePath(
                List.of(leaf.make().certificate(), ca.certificate()), anchor.certificate()),
            mail());
    if (good) {
      assertThat(broken).isNull();
    } else {
      assertThat(Objects.requireNonNull(broken).problem().reason()).isEqualTo(VerdictReason.POLICY);
    }
  }

  @Test
  void whoAsksForPoliciesStillHasThemMapped() {
    CandidatePath path = path(policies(1), mappings(1, 1));
    PathRules.Question mapped =
        new PathRules.Question(
            Purpose.SERVER, new PolicyInputs(Set.of(ARC + 1), true, false, false), Instant.now());
    assertThat(PathRules.firstBroken(path, mapped)).isNull();
    PathRules.Question inhibited =
        new PathRules.Question(
            Purpose.SERVER, new PolicyInputs(Set.of(ARC + 1), true, true, false), Instant.now());
    assertThat(Objects.requireNonNull(PathRules.firstBroken(path, inhibited)).problem().reason())
        .isEqualTo(VerdictReason.POLICY);
  }
}
