package io.postern.lab;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.lab.PowerCut.Tail;
import io.postern.lab.disk.DiskNotes;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that writes as Kafka does, and what a cut leaves of its files. */
class PowerCutTest {
  private static final Set<Tail> DROPPED = EnumSet.of(Tail.DROPPED);

  @TempDir Path folder;
  private Path data;
  private WatchedDisk disk;

  @BeforeEach
  void watch() throws Exception {
    data = Files.createDirectories(folder.resolve("data"));
    disk = new WatchedDisk(data, folder.resolve("notes"));
  }

  /** In the child: steps separated by spaces, each a word and its arguments separated by commas. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] steps) throws IOException {
      for (String step : steps) {
        String[] part = step.split(",", -1);
        Path file = Path.of(part[1]);
        switch (part[0]) {
          case "append" -> append(file, part[2], false);
          case "appendAndFlush" -> append(file, part[2], true);
          case "stream" -> stream(file, part[2]);
          case "map" -> map(file, part[2], part[3], true);
          case "mapOnly" -> map(file, part[2], "", false);
          case "rename" -> Files.move(file, Path.of(part[2]), StandardCopyOption.ATOMIC_MOVE);
          case "delete" -> Files.delete(file);
          case "flushFolder" -> flushFolder(file);
          default -> throw new IOException(step);
        }
      }
      Runtime.getRuntime().halt(0); // as little in order as kill -9
    }

    private static void append(Path file, String text, boolean flush) throws IOException {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        channel.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
        if (flush) {
          channel.force(true);
        }
      }
    }

    private static void stream(Path file, String text) throws IOException {
      try (FileOutputStream out = new FileOutputStream(file.toFile())) {
        out.write(text.getBytes(US_ASCII));
        out.getFD().sync();
      }
    }

    private static void map(Path file, String first, String more, boolean flush)
        throws IOException {
      try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "rw")) {
        raf.setLength(100);
        MappedByteBuffer buffer = raf.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, 100);
        buffer.put(first.getBytes(US_ASCII));
        if (flush) {
          buffer.force();
        }
        buffer.put(more.getBytes(US_ASCII));
      }
    }

    private static void flushFolder(Path folder) throws IOException {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private void run(String... steps) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(disk.jvmOptions());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Writer.class.getName()));
    for (String step : steps) {
      command.add(step.replace("@", data + "/"));
    }
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(child.getInputStream().readAllBytes(), US_ASCII);
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).as(said).isZero();
  }

  private PowerCut.Losses cut(long seed, Set<Tail> tails) throws IOException {
    return disk.cut(new SplittableRandom(seed), tails);
  }

  private String text(String file) throws IOException {
    return Files.readString(data.resolve(file), US_ASCII);
  }

  @Test
  void whatWasFlushedStaysAndTheRestGoes() throws Exception {
    Files.writeString(data.resolve("log"), "before ");
    run("append,@log,again", "appendAndFlush,@log,flushed", "append,@log,lost");
    PowerCut.Losses losses = cut(1, DROPPED);
    assertThat(text("log")).isEqualTo("before againflushed");
    assertThat(losses.files()).isEqualTo(1);
    assertThat(losses.unflushed()).isEqualTo(4);
  }

  @Test
  void aFlushCountsAcrossAKillThatIsNoCut() throws Exception {
    Files.writeString(data.resolve("log"), "");
    run("appendAndFlush,@log,one", "append,@log,two");
    run("append,@log,three");
    cut(1, DROPPED);
    assertThat(text("log")).isEqualTo("one");
    run("append,@log,four");
    cut(1, DROPPED);
    assertThat(text("log")).as("what the first cut left is durable").isEqualTo("one");
  }

  @Test
  void eachTailIsOneThatADiskMayShow() throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      for (Tail tail : Tail.values()) {
        Files.writeString(data.resolve("log"), "");
        if (seed == 0) {
          run("appendAndFlush,@log,keep", "append,@log,rest");
        } else {
          // Every seed but the first in this process: the notes say the same.
          notes("F\t" + Files.getAttribute(data.resolve("log"), "unix:ino") + "\t4");
          Files.writeString(data.resolve("log"), "keeprest");
        }
        cut(seed, EnumSet.of(tail));
        byte[] left = Files.readAllBytes(data.resolve("log"));
        assertThat(new String(left, 0, 4, US_ASCII)).isEqualTo("keep");
        String rest = new String(left, 4, left.length - 4, US_ASCII);
        switch (tail) {
          case DROPPED -> assertThat(rest).isEmpty();
          case PARTLY -> assertThat("rest").startsWith(rest);
          case ZEROED -> assertThat(rest).matches("r?e?s?\0*r?e?s?t?").hasSize(4);
          case GARBLED -> assertThat(left).hasSize(8);
          case WRITTEN -> assertThat(rest).isEqualTo("rest");
        }
      }
    }
  }

  private void notes(String line) throws IOException {
    Path notes = Files.createDirectories(folder.resolve("notes"));
    Files.createDirectories(DiskNotes.links(data));
    long root = (Long) Files.getAttribute(data, "unix:ino");
    long log = (Long) Files.getAttribute(data.resolve("log"), "unix:ino");
    Files.writeString(DiskNotes.file(notes), "D\t" + root + "\tlog\t" + log + "\n" + line + "\n");
  }

  @Test
  void aStreamsFlushCounts() throws Exception {
    Files.writeString(data.resolve("checkpoint"), "");
    run("stream,@checkpoint,all");
    cut(1, DROPPED);
    assertThat(text("checkpoint")).isEqualTo("all");
  }

  @Test
  void aMappedFileKeepsItsLengthAndTheEntriesFlushed() throws Exception {
    Files.writeString(data.resolve("index"), "");
    run("map,@index,entry,lost");
    cut(1, DROPPED);
    assertThat(text("index")).isEqualTo("entry" + "\0".repeat(95));
  }

  @Test
  void aMappedFileThatWasNeverFlushedMayBeEmpty() throws Exception {
    Set<String> seen = new HashSet<>();
    for (int seed = 0; seed < 8; seed++) {
      Files.writeString(data.resolve("index"), "");
      // Made anew: what was there at the start of a process counts as flushed.
      run("delete,@index", "mapOnly,@index,lost", "flushFolder,@");
      cut(seed, DROPPED);
      seen.add(text("index"));
    }
    assertThat(seen).containsExactlyInAnyOrder("", "\0".repeat(100));
  }

  @Test
  void namesAreDurableOnceTheirFolderWasFlushed() throws Exception {
    Files.writeString(data.resolve("old"), "old");
    Files.writeString(data.resolve("renamed"), "renamed");
    Files.writeString(data.resolve("replaced"), "as it was");
    run(
        "appendAndFlush,@durable,x",
        "flushFolder,@",
        "appendAndFlush,@new,y",
        "delete,@old",
        "rename,@renamed,@other",
        "appendAndFlush,@tmp,replacement",
        "rename,@tmp,@replaced");
    cut(undoes(), DROPPED);
    try (var files = Files.list(data)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("durable", "old", "renamed", "replaced");
    }
    assertThat(text("old")).isEqualTo("old");
    assertThat(text("renamed")).isEqualTo("renamed");
    assertThat(text("replaced")).isEqualTo("as it was");
  }

  @Test
  void namesMayHaveReachedTheDiskAllTheSame() throws Exception {
    Files.writeString(data.resolve("old"), "old");
    run("appendAndFlush,@new,y", "delete,@old");
    cut(keeps(), DROPPED);
    try (var files = Files.list(data)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("new");
    }
    assertThat(text("new")).isEqualTo("y");
  }

  private static long undoes() {
    return seed(true);
  }

  private static long keeps() {
    return seed(false);
  }

  private static long seed(boolean first) {
    long seed = 0;
    while (new SplittableRandom(seed).nextBoolean() != first) {
      seed++;
    }
    return seed;
  }
}
