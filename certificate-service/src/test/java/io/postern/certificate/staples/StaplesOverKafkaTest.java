package io.postern.certificate.staples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.postern.certificate.answers.BrokerResource;
import io.postern.certificate.api.Administrator;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.Topics;
import io.postern.contracts.v1.CertificateRole;
import io.postern.contracts.v1.OcspStaple;
import io.postern.contracts.v1.OwnCertificate;
import io.postern.contracts.v1.OwnCertificateState;
import io.postern.contracts.v1.OwnTls;
import io.postern.lab.CrlServer;
import io.postern.lab.Identity;
import io.postern.lab.Issue;
import io.postern.lab.LabCa;
import io.postern.log.LogSettings;
import io.postern.log.certificates.OcspStaples;
import io.postern.log.reading.TopicFollower;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.junit.jupiter.api.Test;

/** Of the certificates that ingress presents, the answers that it can staple are in the log. */
@QuarkusTest
@WithTestResource(BrokerResource.class)
class StaplesOverKafkaTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Inject LogSettings log;

  @Test
  void theAnswerAboutAPresentedCertificateIsThereAndNoneAboutARevokedOne() throws Exception {
    Administrator.awaitReady();
    LabCa ca = LabCa.create("Staples");
    OcspStaples staples = new OcspStaples();
    try (CrlServer responder = CrlServer.create();
        TopicFollower follower = new TopicFollower(log, Topics.CERTIFICATE_STAPLES, staples)) {
      responder.serve(ca);
      Issue issue = Issue.to("mx.staples.example").withResponder(responder.responder(ca));
      Identity good = ca.issue(issue);
      Identity revoked = ca.issue(issue);
      ca.revoke(revoked.leaf());
      // Behind the other in the list: when this one's answer is there, that one was asked for.
      present(revoked, good);
      follower.start();
      byte[] leaf = Fingerprints.sha256(good.der().getFirst());
      await().atMost(PATIENCE).until(() -> staples.current(leaf, Instant.now()).isPresent());
      OcspStaple staple = staples.current(leaf, Instant.now()).orElseThrow();
      assertThat(staple.getUrl()).isEqualTo(responder.responder(ca));
      BasicOCSPResp answer =
          (BasicOCSPResp) new OCSPResp(staple.getResponse().toByteArray()).getResponseObject();
      assertThat(answer.getResponses()).hasSize(1);
      assertThat(answer.getResponses()[0].getCertID().getSerialNumber())
          .isEqualTo(good.leaf().getSerialNumber());
      assertThat(answer.getResponses()[0].getCertStatus()).isEqualTo(CertificateStatus.GOOD);
      assertThat(staples.newest(Fingerprints.sha256(revoked.der().getFirst()))).isEmpty();
    }
  }

  private void present(Identity... certificates) throws Exception {
    OwnTls.Builder tls =
        OwnTls.newBuilder()
            .setService("ingress")
            .setReplica("staples:25")
            .setAtMillis(System.currentTimeMillis());
    for (Identity certificate : certificates) {
      OwnCertificate.Builder own =
          OwnCertificate.newBuilder()
              .setRole(CertificateRole.ROLE_SERVER)
              .setState(OwnCertificateState.PRESENTED);
      certificate.der().forEach(der -> own.addChain(ByteString.copyFrom(der)));
      tls.addCertificates(own);
    }
    try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(log.producer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topics.CERTIFICATE_OWN, "ingress/staples:25", tls.build().toByteArray()))
          .get();
    }
  }
}
