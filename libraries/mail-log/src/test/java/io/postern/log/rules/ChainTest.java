package io.postern.log.rules;

import static io.postern.contracts.v1.DecisionSource.SOURCE_ACCEPTED;
import static io.postern.contracts.v1.DecisionSource.SOURCE_DUE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.contracts.Marks;
import io.postern.contracts.v1.DecisionSource;
import io.postern.log.rules.Chain.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChainTest {
  private final Chain chain = new Chain(Marks.NONE);

  @Test
  void aDecisionCountsIfItContinuesTheOneBefore() {
    assertThat(chain.read(SOURCE_ACCEPTED, 0, -1)).isEqualTo(Link.NEXT);
    assertThat(chain.read(SOURCE_ACCEPTED, 1, 0)).isEqualTo(Link.NEXT);
    assertThat(chain.marks()).isEqualTo(new Marks(1, -1));
  }

  @Test
  void offsetsThatNobodySeesAreNoGap() {
    assertThat(chain.read(SOURCE_DUE, 3, -1)).isEqualTo(Link.NEXT);
    assertThat(chain.read(SOURCE_DUE, 9, 3)).isEqualTo(Link.NEXT);
  }

  @Test
  void theFirstDecisionAboutASourceWins() {
    assertThat(chain.read(SOURCE_ACCEPTED, 0, -1)).isEqualTo(Link.NEXT);
    assertThat(chain.read(SOURCE_ACCEPTED, 0, -1)).isEqualTo(Link.REPLAY);
    assertThat(chain.marks()).isEqualTo(new Marks(0, -1));
  }

  @Test
  void whatFollowsAMissingDecisionComesAgain() {
    assertThat(chain.read(SOURCE_ACCEPTED, 0, -1)).isEqualTo(Link.NEXT);
    // That of 1 expired in its producer.
    assertThat(chain.read(SOURCE_ACCEPTED, 2, 1)).isEqualTo(Link.GAP);
    assertThat(chain.read(SOURCE_ACCEPTED, 1, 0)).isEqualTo(Link.NEXT);
    assertThat(chain.read(SOURCE_ACCEPTED, 2, 1)).isEqualTo(Link.NEXT);
  }

  @Test
  void theTwoSourcesHaveChainsOfTheirOwn() {
    assertThat(chain.read(SOURCE_ACCEPTED, 7, -1)).isEqualTo(Link.NEXT);
    assertThat(chain.read(SOURCE_DUE, 2, -1)).isEqualTo(Link.NEXT);
    assertThat(chain.read(SOURCE_DUE, 3, 7)).isEqualTo(Link.GAP);
    assertThat(chain.marks()).isEqualTo(new Marks(7, 2));
  }

  @Test
  void aSourceThatIsNotKnownIsRefused() {
    assertThatThrownBy(() -> chain.read(DecisionSource.UNRECOGNIZED, 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(chain.marks()).isEqualTo(Marks.NONE);
  }

  /** Two deciders and any order of their records: each source counts once, in order. */
  @Test
  void whateverIsWrittenEachSourceCountsOnceAndInOrder() {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<Long> sources = new ArrayList<>();
      long offset = -1;
      for (int i = 0; i < 8; i++) {
        offset += 1 + random.nextInt(3);
        sources.add(offset);
      }
      Chain reader = new Chain(Marks.NONE);
      Chain restored = new Chain(Marks.NONE);
      List<Long> counted = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        int at = random.nextInt(sources.size());
        long previous = at == 0 ? -1 : sources.get(at - 1);
        Link link = reader.read(SOURCE_ACCEPTED, sources.get(at), previous);
        assertThat(restored.read(SOURCE_ACCEPTED, sources.get(at), previous)).isEqualTo(link);
        if (link == Link.NEXT) {
          counted.add(sources.get(at));
        }
        if (random.nextInt(10) == 0) {
          restored = new Chain(restored.marks());
        }
      }
      assertThat(counted).isEqualTo(sources.subList(0, counted.size())).isNotEmpty();
    }
  }
}
