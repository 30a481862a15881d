package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.answers.WaitingRoom.Entry;
import io.postern.contracts.Fingerprints;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.CertificateRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private final WaitingRoom room = new WaitingRoom(3, 1000);
  private final AtomicInteger works = new AtomicInteger();

  private static Question question(int number) {
    VerdictKey key = VerdictKey.of(Fingerprints.sha256(new byte[] {(byte) number}));
    return new Question(key, CertificateRequest.getDefaultInstance(), 10, 1);
  }

  private boolean work(Question question) {
    return switch (works.incrementAndGet()) {
      case 1 -> throw new NoClassDefFoundError("of a broken installation");
      case 2 -> true;
      default -> false;
    };
  }

  private void awaitTakenIn() {
    Awaitility.await().until(() -> room.offer(question(1)).entry() == Entry.WAITS);
  }

  @Test
  void anErrorCostsNeitherTheJudgeNorTheQuestion() throws Exception {
    Thread judge = Thread.ofVirtual().start(new Judge(room, this::work));
    room.offer(question(1));
    awaitTakenIn(); // the error is behind it
    awaitTakenIn(); // so is the second time
    room.offer(question(2));
    Awaitility.await().until(() -> works.get() == 4);
    assertThat(room.offer(question(1)).entry()).as("handed on").isEqualTo(Entry.MERGED);
    room.close();
    assertThat(judge.join(Duration.ofSeconds(10))).isTrue();
  }
}
