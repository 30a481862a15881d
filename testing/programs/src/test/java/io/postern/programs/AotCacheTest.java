package io.postern.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AotCacheTest {
  private static final List<String> JDK = List.of("25.0.3+9-LTS", "Vendor", "amd64", "/jdk");
  private static final String CLASS = "io/postern/programs/EndWithParent.class";

  @TempDir Path folder;
  private Path jar = Path.of("");

  @BeforeEach
  void jar() throws IOException {
    jar = folder.resolve("program.jar");
    byte[] program;
    try (var in = EndWithParent.class.getClassLoader().getResourceAsStream(CLASS)) {
      program = in.readAllBytes();
    }
    write(jar, "", CLASS, program);
  }

  private static void write(Path jar, String classPath, String name, byte[] content)
      throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (!classPath.isEmpty()) {
      manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
    }
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out, manifest)) {
      entries.putNextEntry(new JarEntry(name));
      entries.write(content);
    }
  }

  private JavaProgram program(String... flags) {
    List<String> all = new ArrayList<>(List.of("-Xmx64m", "-XX:+UseSerialGC"));
    all.addAll(List.of(flags));
    return new JavaProgram(all, List.of(jar), List.of(EndWithParent.class.getName()));
  }

  @Test
  void aChangedJarHasAnotherCache() throws IOException {
    String before = AotCache.key(program(), JDK);
    assertThat(AotCache.key(program(), JDK)).isEqualTo(before);

    write(jar, "", "x.txt", new byte[] {1});
    String other = AotCache.key(program(), JDK);
    write(jar, "", "x.txt", new byte[] {2}); // of the same size
    assertThat(List.of(before, other, AotCache.key(program(), JDK))).doesNotHaveDuplicates();
  }

  /** Its table of contents is not where it is looked for, so all of it counts. */
  @Test
  void aChangedJarWithACommentHasAnotherCache() throws IOException {
    commented(new byte[] {1});
    String before = AotCache.key(program(), JDK);
    commented(new byte[] {2});
    assertThat(AotCache.key(program(), JDK)).isNotEqualTo(before);
  }

  private void commented(byte[] content) throws IOException {
    try (JarOutputStream entries = new JarOutputStream(Files.newOutputStream(jar))) {
      entries.setComment("what follows the last record");
      entries.putNextEntry(new JarEntry("x.txt"));
      entries.write(content);
    }
  }

  @Test
  void onlyTheLastOneThatWasMadeIsKept() throws IOException {
    Path aot = folder.resolve("aot");
    AotCache first = AotCache.of(program(), aot).orElseThrow();
    first.keep(Files.writeString(folder.resolve("made"), "first"));
    AotCache second = AotCache.of(program("--add-modules=java.sql"), aot).orElseThrow();
    second.keep(Files.writeString(folder.resolve("made"), "second"));
    assertThat(first.exists()).isFalse();
    assertThat(second.file()).hasContent("second");
    assertThat(second.use()).isNotEqualTo(program("--add-modules=java.sql"));
  }

  @Test
  void aJarThatAManifestNamesCounts() throws IOException {
    Path library = folder.resolve("library.jar");
    write(library, "", "x.txt", new byte[] {1});
    write(jar, "library.jar", "y.txt", new byte[] {1});
    String before = AotCache.key(program(), JDK);
    write(library, "", "x.txt", new byte[] {2});
    assertThat(AotCache.key(program(), JDK)).isNotEqualTo(before);
  }

  @Test
  void anotherJdkHasAnotherCache() throws IOException {
    assertThat(AotCache.key(program(), List.of("25.0.4+7-LTS", "Vendor", "amd64", "/jdk")))
        .isNotEqualTo(AotCache.key(program(), JDK));
  }

  @Test
  void flagsThatMustBeEqualCountAndSizesDoNot() throws IOException {
    String before = AotCache.key(program(), JDK);
    assertThat(AotCache.key(program("-XX:+UseCompactObjectHeaders"), JDK)).isNotEqualTo(before);
    assertThat(AotCache.key(program("-javaagent:agent.jar"), JDK)).isNotEqualTo(before);
    assertThat(AotCache.key(program("--add-opens=java.base/java.lang=ALL-UNNAMED"), JDK))
        .isNotEqualTo(before);
    assertThat(
            AotCache.key(
                program("-Xmx512m", "-XX:TieredStopAtLevel=1", "-Dpostern.setting=1"), JDK))
        .isEqualTo(before);
  }

  @Test
  void aFolderOnTheClassPathMeansNoCache() {
    JavaProgram program =
        new JavaProgram(List.of(), List.of(jar, folder), List.of(EndWithParent.class.getName()));
    assertThat(AotCache.of(program, folder)).isEmpty();
  }

  @Test
  void aProgramInTrainingUsesNoCache() {
    assertThat(AotCache.of(program().with(AotCache.record(folder.resolve("c"))), folder)).isEmpty();
  }

  /** A JVM that took a damaged cache without looking would crash in it. */
  @Test
  void aDamagedCacheIsRefusedAndTheProgramRuns() throws Exception {
    AotCache cache = AotCache.of(program(), folder.resolve("aot")).orElseThrow();
    assertThat(cache.use()).isEqualTo(program());
    Path recorded = folder.resolve("recorded");
    Path made = folder.resolve("made");
    run(program().with(AotCache.record(recorded)));
    run(cache.create(recorded, made).with(List.of("-Xlog:disable")));
    cache.keep(made);
    assertThat(loading(cache)).contains("EndWithParent source: shared objects file");

    try (RandomAccessFile file = new RandomAccessFile(cache.file().toFile(), "rw")) {
      byte[] noise = new byte[Math.toIntExact(file.length() / 2)];
      new Random(1).nextBytes(noise);
      file.seek(file.length() / 4);
      file.write(noise);
    }
    assertThat(loading(cache)).contains("EndWithParent source: file:").contains("usage:");

    assertThat(cache.use()).isEqualTo(program());

    Files.write(cache.file(), new byte[0]);
    assertThat(loading(cache)).contains("EndWithParent source: file:").contains("usage:");
  }

  /** What the program says when it is started with the cache, and from where its class comes. */
  private static String loading(AotCache cache) throws Exception {
    return run(cache.use().with(List.of("-Xlog:class+load")));
  }

  private static String run(JavaProgram program) throws Exception {
    Path output = Files.createTempFile("aot", ".out");
    Process process =
        new ProcessBuilder(program.command())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
      return Files.readString(output, StandardCharsets.UTF_8);
    } finally {
      process.destroyForcibly();
      Files.delete(output);
    }
  }
}
