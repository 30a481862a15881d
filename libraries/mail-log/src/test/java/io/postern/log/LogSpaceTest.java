package io.postern.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.postern.log.LogSpace.Folder;
import io.postern.log.LogSpace.State;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class LogSpaceTest {
  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;

  @ParameterizedTest(name = "{0} with {1} free, all said: {2} -> {3}")
  @CsvSource({
    "OPEN,     100, true,  OPEN",
    "OPEN,     99,  true,  CLOSED",
    "OPEN,     49,  true,  CRITICAL",
    "CLOSED,   124, true,  CLOSED",
    "CLOSED,   125, true,  OPEN",
    "CLOSED,   125, false, CLOSED",
    "CRITICAL, 60,  true,  CLOSED",
    "CRITICAL, 60,  false, CRITICAL",
    "CRITICAL, 125, true,  OPEN",
    "OPEN,     99,  false, CLOSED",
    "OPEN,     200, false, OPEN",
  })
  void theMarkClosesFiveQuartersOpenAndWhatNobodySaysMakesNothingBetter(
      State before, long free, boolean all, State after) {
    assertThat(LogSpace.state(before, List.of(new Folder(1_000, free)), all, total -> 100))
        .isEqualTo(after);
  }

  @Test
  void theFullestFolderCountsAndNoAnswerKeepsTheState() {
    List<Folder> folders = List.of(new Folder(1_000, 900), new Folder(1_000, 90));
    assertThat(LogSpace.state(State.OPEN, folders, true, total -> 100)).isEqualTo(State.CLOSED);
    assertThat(LogSpace.state(State.CLOSED, List.of(), false, total -> 100))
        .isEqualTo(State.CLOSED);
    assertThat(LogSpace.state(State.OPEN, List.of(), false, total -> 100)).isEqualTo(State.OPEN);
  }

  @Test
  void theMarkIsTheLargerOfBytesAndShareAndAQuarterOfASmallDisk() {
    var mark = LogSpace.mark(2 * GIB, 5);
    assertThat(mark.applyAsLong(1_000 * GIB)).isBetween(49 * GIB, 51 * GIB);
    assertThat(mark.applyAsLong(20 * GIB)).isEqualTo(2 * GIB);
    assertThat(mark.applyAsLong(400 * MIB)).isEqualTo(100 * MIB);
    assertThat(LogSpace.mark(0, 0).applyAsLong(GIB)).isZero();
  }

  @Test
  void aBrokerThatHasHaltedIsAwayUntilItIsTakenOut() {
    Node here = new Node(1, "one", 9092);
    Node halted = new Node(2, "two", 9092, null, true);

    assertThat(LogSpace.away(List.of(here, halted))).isEqualTo("broker 2 is unavailable");
    assertThat(LogSpace.away(List.of(here))).as("unregistered").isEmpty();
  }

  @Test
  void aRealBrokerSaysWhatIsFreeAndTheStateFollowsTheMark() throws Exception {
    AtomicLong mark = new AtomicLong();
    try (TestLog log = TestLog.shared();
        LogSpace space = new LogSpace(log.settings, total -> mark.get())) {
      space.start();
      await().until(() -> space.reading().unknown().isEmpty());
      assertThat(space.reading().freeBytes()).isPositive();
      assertThat(space.state()).isEqualTo(State.OPEN);
      mark.set(Long.MAX_VALUE / 8);
      await().until(() -> space.state() == State.CRITICAL);
      mark.set(0);
      await().until(() -> space.state() == State.OPEN);
    }
  }

  @Test
  void aLogThatIsAwayLeavesTheStateAsItIsAndSaysSo() {
    LogSettings nobody = new LogSettings(Map.of("bootstrap.servers", "127.0.0.1:1"));
    try (LogSpace space = new LogSpace(nobody, total -> total)) {
      assertThat(space.reading().unknown()).isEqualTo("not queried yet");
      space.start();
      await().until(() -> space.reading().unknown().contains("imeout"));
      assertThat(space.state()).isEqualTo(State.OPEN);
      assertThat(space.reading().freeBytes()).isEqualTo(-1);
    }
  }
}
