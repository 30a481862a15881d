package io.postern.certificate.mtasts;

import static io.postern.certificate.mtasts.FetchesInProgress.MOST;
import static io.postern.certificate.mtasts.FetchesInProgress.MOST_OF_PARENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.certificate.mtasts.FetchesInProgress.Begin;
import org.junit.jupiter.api.Test;

class FetchesInProgressTest {
  private final FetchesInProgress fetches = new FetchesInProgress();

  @Test
  void aDomainIsFetchedOnceAtATime() {
    assertThat(fetches.begin("a.example")).isEqualTo(Begin.BEGUN);
    assertThat(fetches.begin("a.example")).isEqualTo(Begin.MERGED);
    fetches.end("a.example");
    fetches.end("a.example");
    assertThat(fetches.count()).isZero();
    assertThat(fetches.begin("a.example")).isEqualTo(Begin.BEGUN);
  }

  @Test
  void theOwnerOfADomainHasHisShare() {
    for (int i = 0; i < MOST_OF_PARENT; i++) {
      assertThat(fetches.begin("s" + i + ".attacker.example")).isEqualTo(Begin.BEGUN);
    }
    assertThat(fetches.begin("more.attacker.example")).isEqualTo(Begin.FULL);
    assertThat(fetches.begin("fabrikam.example")).isEqualTo(Begin.BEGUN);
    fetches.end("s0.attacker.example");
    assertThat(fetches.begin("more.attacker.example")).isEqualTo(Begin.BEGUN);
  }

  @Test
  void allTogetherAreBounded() {
    for (int i = 0; i < MOST; i++) {
      assertThat(fetches.begin("d" + i + ".example")).isEqualTo(Begin.BEGUN);
    }
    assertThat(fetches.begin("one-more.example")).isEqualTo(Begin.FULL);
    assertThat(fetches.count()).isEqualTo(MOST);
  }
}
