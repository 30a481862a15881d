package io.postern.certificate.revocation;

import com.google.protobuf.ByteString;
import com.sun.management.OperatingSystemMXBean;
import io.postern.certificate.ParsedCertificate;
import io.postern.certificate.anchors.TrustAnchors;
import io.postern.certificate.fetch.HttpFetch;
import io.postern.certificate.judging.ChainJudge;
import io.postern.certificate.revocation.crl.CrlStore;
import io.postern.certificate.revocation.lookup.Revocation;
import io.postern.certificate.revocation.ocsp.OcspStore;
import io.postern.certificate.revocation.store.Endpoints;
import io.postern.contracts.v1.AnchorSetReference;
import io.postern.contracts.v1.CertificateRequest;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.RevocationMode;
import io.postern.contracts.v1.VerdictResult;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How many chains that were never seen are judged in a second of CPU, revocation required and its
 * lists at hand: {@code ChainsMain [CHAINS [ROUNDS]]}. A leaf and an intermediate, P-256, below a
 * root; one thread asks, and the process's CPU time counts, whoever used it.
 */
final class ChainsMain {
  private ChainsMain() {}

  public static void main(String[] args) throws Exception {
    int chains = args.length > 0 ? Integer.parseInt(args[0]) : 1_000;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    Path folder = Files.createTempDirectory("chains");
    TestSettings settings = new TestSettings(folder, true, 1 << 20, Duration.ofSeconds(10));
    try (CrlServer crls = CrlServer.create();
        HttpFetch http = new HttpFetch(settings)) {
      LabCa ca = LabCa.create("Chains", crls);
      InstantSource clock = InstantSource.system();
      ChainJudge judge =
          new ChainJudge(
              new Revocation(
                  new CrlStore(settings, http, new Endpoints(settings, clock), clock, result -> {}),
                  new OcspStore(
                      settings, http, new Endpoints(settings, clock), clock, result -> {})),
              settings.fetchTimeout());
      TrustAnchors anchors =
          new TrustAnchors(
              AnchorSetReference.getDefaultInstance(),
              List.of(ParsedCertificate.parse(ca.root().getEncoded())));
      List<Double> aSecond = new ArrayList<>();
      for (int round = 0; round < rounds; round++) {
        List<CertificateRequest> questions = questions(ca, chains);
        long cpu = cpu();
        long wall = System.nanoTime();
        for (CertificateRequest question : questions) {
          var verdict = judge.judge(question, anchors, Instant.now());
          if (verdict.getResult() != VerdictResult.GOOD) {
            throw new IllegalStateException(verdict.getDetail());
          }
        }
        double perCpu = chains / ((cpu() - cpu) / 1e9);
        double perWall = chains / ((System.nanoTime() - wall) / 1e9);
        aSecond.add(perCpu);
        System.out.printf(
            "round %d: %.0f chains a second of CPU, %.0f a second%n", round, perCpu, perWall);
      }
      List<Double> warm = new ArrayList<>(aSecond.subList(rounds / 2, rounds));
      Collections.sort(warm);
      System.out.printf(
          "of the last %d rounds: minimum %.0f, median %.0f chains a second of CPU; %d fetches%n",
          warm.size(), warm.getFirst(), warm.get(warm.size() / 2), crls.fetches());
    }
  }

  private static List<CertificateRequest> questions(LabCa ca, int count) {
    List<CertificateRequest> questions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Identity identity = ca.issue(Issue.to("mx" + i + ".example"));
      CertificateRequest.Builder request =
          CertificateRequest.newBuilder()
              .setRole(CertificateRole.ROLE_SERVER)
              .setRevocation(RevocationMode.REVOCATION_REQUIRED);
      identity.der().forEach(der -> request.addChain(ByteString.copyFrom(der)));
      questions.add(request.build());
    }
    return questions;
  }

  private static long cpu() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
