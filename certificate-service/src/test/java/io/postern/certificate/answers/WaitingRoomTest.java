package io.postern.certificate.answers;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.VerdictKey;
import io.postern.contracts.v1.CertificateRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WaitingRoomTest {
  private final WaitingRoom room = new WaitingRoom(3, 1000);

  private static Question question(int number, long deadline, int bytes) {
    VerdictKey key = VerdictKey.of(Fingerprints.sha256(new byte[] {(byte) number}));
    return new Question(key, CertificateRequest.getDefaultInstance(), deadline, bytes);
  }

  @Test
  void theNewestIsTakenFirst() throws Exception {
    assertThat(room.poll()).isNull();
    room.offer(question(1, 10, 1));
    room.offer(question(2, 10, 1));
    assertThat(room.awaitOne()).isTrue();
    assertThat(room.poll()).isEqualTo(question(2, 10, 1));
    assertThat(room.poll()).isEqualTo(question(1, 10, 1));
  }

  @Test
  void theSameQuestionIsMergedWithTheLatestDeadlineUntilItIsDone() {
    assertThat(room.offer(question(1, 10, 1)).merged()).isFalse();
    assertThat(room.offer(question(1, 20, 1)).merged()).isTrue();
    assertThat(room.offer(question(1, 15, 1)).merged()).isTrue();
    Question taken = room.poll();
    assertThat(taken).isEqualTo(question(1, 20, 1));
    assertThat(room.offer(question(1, 30, 1)).merged()).as("in work").isTrue();
    room.done(question(1, 20, 1));
    assertThat(room.offer(question(1, 30, 1)).merged()).isFalse();
  }

  @Test
  void theOldestHasToLeaveWhenThereAreTooMany() {
    for (int i = 1; i <= 3; i++) {
      assertThat(room.offer(question(i, 10, 1)).pushedOut()).isEmpty();
    }
    assertThat(room.offer(question(4, 10, 1)).pushedOut()).containsExactly(question(1, 10, 1));
    assertThat(room.waiting()).isEqualTo(3);
    assertThat(room.offer(question(1, 10, 1)).merged()).isFalse();
  }

  @Test
  void theOldestHaveToLeaveWhenTheyAreTooLarge() {
    room.offer(question(1, 10, 400));
    room.offer(question(2, 10, 400));
    assertThat(room.offer(question(3, 10, 900)).pushedOut())
        .containsExactly(question(1, 10, 400), question(2, 10, 400));
  }

  @Test
  void closingEndsTheWait() throws Exception {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                ended.complete(!room.awaitOne());
              } catch (InterruptedException e) {
                ended.completeExceptionally(e);
              }
            });
    room.close();
    assertThat(ended.get(Duration.ofSeconds(5).toMillis(), TimeUnit.MILLISECONDS)).isTrue();
  }
}
