package io.postern.stack.warm;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.ProjectFolder;
import io.postern.lab.ScriptedPeer;
import io.postern.programs.AotCache;
import io.postern.programs.EndWithParent;
import io.postern.programs.JavaProgram;
import io.postern.programs.KafkaBroker;
import io.postern.stack.LocalStack;
import io.postern.stack.Processes;
import io.postern.stack.Service;
import io.postern.stack.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
  @TempDir Path home;

  @BeforeEach
  void build() throws IOException {
    build(1);
  }

  private void build(int version) throws IOException {
    try (JarOutputStream jar =
        new JarOutputStream(Files.newOutputStream(home.resolve("program.jar")))) {
      jar.putNextEntry(new JarEntry("version"));
      jar.write(version);
    }
  }

  private TrainedProgram program() {
    JavaProgram program =
        new JavaProgram(
            Size.SERVER.services(), List.of(home.resolve("program.jar")), List.of("Program"));
    return new TrainedProgram(
        "program", AotCache.of(program, home.resolve("target/aot")).orElseThrow());
  }

  private Training training() {
    return new Training(home, Processes.of(Size.SERVER), List.of(program()));
  }

  @Test
  void isDueWhereACacheIsMissing() throws IOException {
    assertThat(training().due()).isTrue();

    program().cache().keep(Files.createFile(home.resolve("made")));
    assertThat(training().due()).isFalse();

    build(2);
    assertThat(training().due()).isTrue();
  }

  /** A cache's name has the content of its program's jars. */
  @Test
  void aChangeOfTheLabLeavesTheCachesOfBrokerAndServicesAlone() {
    Processes processes = Processes.of(Size.SERVER);
    List<JavaProgram> programs = new ArrayList<>();
    programs.add(KafkaBroker.program(processes.broker()));
    for (Service service : Service.values()) {
      programs.add(LocalStack.program(ProjectFolder.root(), processes, service));
    }
    assertThat(programs)
        .allSatisfy(
            program ->
                assertThat(program.classPath())
                    .contains(JavaProgram.classesOf(EndWithParent.class))
                    .doesNotContain(JavaProgram.classesOf(ScriptedPeer.class)));
  }

  @Test
  void isNotTriedAgainAfterAFailureUntilTheBuildChanges() throws IOException {
    Files.createDirectories(home.resolve("target/warm"));
    training().fail("no memory");
    assertThat(training().due()).isFalse();

    build(2);
    assertThat(training().due()).isTrue();
  }
}
