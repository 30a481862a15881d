package io.postern.fuzzing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutationsTest {
  private static final List<byte[]> CORPUS = List.of(octets("BDAT 5 LAST\r\nhello"), octets(""));

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static List<String> some(long seed, int count) {
    Mutations mutations = new Mutations(CORPUS, List.of("RSET", "QUIT"), seed);
    return java.util.stream.IntStream.range(0, count)
        .mapToObj(i -> new String(mutations.next(), StandardCharsets.ISO_8859_1))
        .toList();
  }

  @Test
  void a_seed_makes_the_same_inputs_and_another_seed_others() {
    assertThat(some(1, 1_000)).isEqualTo(some(1, 1_000)).isNotEqualTo(some(2, 1_000));
  }

  @Test
  void inputs_differ_have_words_and_other_numbers_and_are_bounded() {
    List<String> inputs = some(3, 20_000);
    Set<String> different = new HashSet<>(inputs);
    assertThat(different).hasSizeGreaterThan(10_000);
    assertThat(inputs).anyMatch(input -> input.contains("QUIT"));
    assertThat(inputs).anyMatch(input -> input.startsWith("BDAT 99999999999999999999 LAST"));
    assertThat(inputs).contains("BDAT 5 LAST\r\n");
    assertThat(inputs).allMatch(input -> input.length() <= Mutations.MOST);
  }

  /** The property of this one does not hold for an octet of 0xff. */
  private static final class BrokenFuzzTest extends FuzzTest {
    @Override
    protected void take(byte[] input) {
      for (byte octet : input) {
        holds(octet != -1, "no octet is 0xff");
      }
    }

    @Override
    protected Map<String, byte[]> corpus() {
      return Map.of("hello", octets("hello"));
    }
  }

  @Test
  void a_find_is_named_with_its_octets_and_kept_in_a_file() throws Exception {
    BrokenFuzzTest broken = new BrokenFuzzTest();
    broken.each_kept_input_holds();
    assertThatThrownBy(broken::random_changes_of_the_kept_inputs_hold)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("of seed 5321 is a find")
        .hasMessageContaining("ff")
        .cause()
        .hasMessage("does not hold: no octet is 0xff");
    Path folder = Path.of("target", "fuzz", "Broken");
    try (var files = Files.list(folder)) {
      assertThat(Files.readAllBytes(files.findFirst().orElseThrow())).contains(0xff);
    }
  }

  @Test
  void the_words_and_kept_inputs_are_written_for_Jazzer(@TempDir Path folder) throws Exception {
    Targets.main(new String[] {BrokenFuzzTest.class.getName(), folder.toString()});
    assertThat(folder.resolve("kept/hello")).hasContent("hello");
    assertThat(folder.resolve("words")).isEmptyFile();
    Targets.fuzzerInitialize(new String[] {BrokenFuzzTest.class.getName()});
    Targets.fuzzerTestOneInput(octets("good"));
    assertThatThrownBy(() -> Targets.fuzzerTestOneInput(new byte[] {-1}))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void a_file_of_hexadecimal_digits_is_read_as_its_octets(@TempDir Path folder) throws Exception {
    assertThatThrownBy(() -> Corpus.in(folder)).hasMessageContaining("no input is kept");
    Files.writeString(folder.resolve("a.hex"), "0d0a\n00ff\n");
    Files.writeString(folder.resolve("b"), "0d0a\n");
    Map<String, byte[]> inputs = Corpus.in(folder);
    assertThat(inputs.get("a.hex")).containsExactly(0x0d, 0x0a, 0x00, 0xff);
    assertThat(inputs.get("b")).isEqualTo(octets("0d0a\n"));
  }
}
