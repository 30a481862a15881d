package io.postern.log.rules;

import static io.postern.contracts.v1.DecisionSource.SOURCE_ACCEPTED;
import static io.postern.contracts.v1.DecisionSource.SOURCE_DUE;
import static io.postern.log.rules.LearningChain.Link.GAP;
import static io.postern.log.rules.LearningChain.Link.LEARNT;
import static io.postern.log.rules.LearningChain.Link.NEXT;
import static io.postern.log.rules.LearningChain.Link.REPLAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Marks;
import org.junit.jupiter.api.Test;

class LearningChainTest {
  @Test
  void theWholeLogIsFollowedFromItsFirstRecord() {
    LearningChain chain = new LearningChain(Marks.NONE, Long.MIN_VALUE);
    assertThat(chain.read(SOURCE_ACCEPTED, 0, -1, 10)).isEqualTo(NEXT);
    assertThat(chain.read(SOURCE_ACCEPTED, 2, 1, 10)).isEqualTo(GAP);
    assertThat(chain.read(SOURCE_ACCEPTED, 0, -1, 10)).isEqualTo(REPLAY);
    assertThat(chain.read(SOURCE_DUE, 0, -1, 10)).isEqualTo(NEXT);
  }

  @Test
  void aLogWithoutItsStartIsLearntForATimeAndThenFollowed() {
    LearningChain chain = new LearningChain(LearningChain.unknown(), 100);
    assertThat(chain.read(SOURCE_ACCEPTED, 40, 39, 10)).isEqualTo(LEARNT);
    assertThat(chain.read(SOURCE_ACCEPTED, 35, 34, 20)).isEqualTo(LEARNT);
    assertThat(chain.read(SOURCE_ACCEPTED, 42, 41, 100)).isEqualTo(GAP);
    assertThat(chain.read(SOURCE_ACCEPTED, 41, 40, 101)).isEqualTo(NEXT);
    // Of a topic that was not met meanwhile the first one is believed.
    assertThat(chain.read(SOURCE_DUE, 7, 6, 102)).isEqualTo(NEXT);
    assertThat(chain.read(SOURCE_DUE, 9, 8, 103)).isEqualTo(GAP);
  }

  @Test
  void aChainThatIsContinuedGoesOnAsTheOneBefore() {
    LearningChain chain = new LearningChain(LearningChain.unknown(), 100);
    assertThat(chain.read(SOURCE_ACCEPTED, 40, 39, 10)).isEqualTo(LEARNT);
    LearningChain other = new LearningChain(chain.marks(), chain.followMillis());
    assertThat(other.read(SOURCE_ACCEPTED, 41, 40, 100)).isEqualTo(NEXT);
  }
}
