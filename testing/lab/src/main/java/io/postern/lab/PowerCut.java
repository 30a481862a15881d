package io.postern.lab;

import io.postern.lab.disk.DiskNotes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * The remains of a folder after a power cut, by the notes of {@link DiskNotes}, as POSIX allows it
 * and no kinder.
 *
 * <ul>
 *   <li><b>Bytes.</b> A file keeps the bytes that it had when its last completed flush began. Of
 *       the rest each file's fate is drawn: gone, there in part, overwritten with zeros or with
 *       noise in the middle or to its end (a file may have grown on the disk without its data), or
 *       there as if it had been flushed. A flush that was under way proves nothing, so its bytes
 *       are part of the rest. A file that was never flushed may be empty.
 *   <li><b>Mapped files</b> keep the bytes before their buffer's position at the last flush, and
 *       their length, since zeros follow the entries. One that was never flushed may be empty.
 *   <li><b>Names.</b> That a file or folder was made, renamed or deleted is durable once its folder
 *       was flushed after it; flushing the file is not enough. Each folder gets either the entries
 *       that it had at its last flush or those of the end, both whole; a folder never flushed may
 *       be empty, and one whose own name is lost is gone with all that is in it.
 * </ul>
 *
 * <p>Not modelled: a folder that was deleted or moved does not come back; what was overwritten or
 * cut off in place does not come back either (Kafka does so only while it recovers); some of a
 * folder's changes without the others; a disk that says that it flushed and lies.
 */
public final class PowerCut {
  private static final int BLOCK = 1 << 16;

  /** The fate of the bytes behind the last flush. */
  public enum Tail {
    /** None of them reached the disk. */
    DROPPED,
    /** Some did, in the order in which they were written. */
    PARTLY,
    /** The file is as long as it was, a piece or all of the rest is zeros. */
    ZEROED,
    /** The same with noise. */
    GARBLED,
    /** All reached the disk, though the flush reported nothing. */
    WRITTEN
  }

  /**
   * The losses by a cut.
   *
   * @param files of which unflushed bytes were taken or spoilt
   * @param unflushed bytes that no flush had covered, over all files, those that stayed too
   * @param names entries of folders that were undone
   * @param details a line each, for people
   */
  public record Losses(int files, long unflushed, int names, List<String> details) {
    public static final Losses NONE = new Losses(0, 0, 0, List.of());

    public Losses {
      details = List.copyOf(details);
    }

    /** Of two disks. */
    public Losses and(Losses other) {
      List<String> both = new ArrayList<>(details);
      both.addAll(other.details);
      return new Losses(
          files + other.files, unflushed + other.unflushed, names + other.names, both);
    }
  }

  private final Path data;
  private final Path links;
  private final Path notesFile;
  private final RandomGenerator random;
  private final List<Tail> tails;
  private final Map<Long, Long> flushed = new HashMap<>();
  private final Set<Long> mapped = new HashSet<>();
  private final Map<Long, Map<String, Long>> entries = new HashMap<>();
  private final List<String> details = new ArrayList<>();
  private int files;
  private long unflushed;
  private int names;

  PowerCut(Path data, Path notes, RandomGenerator random, Set<Tail> tails) {
    this.data = data;
    this.links = DiskNotes.links(data);
    this.notesFile = DiskNotes.file(notes);
    this.random = random;
    this.tails = tails.stream().sorted().toList();
  }

  Losses cut() throws IOException {
    try (Stream<String> lines = Files.lines(notesFile)) {
      lines.forEach(this::note);
    }
    folder(data);
    // The next process begins with the remains.
    deleteAll(links);
    Files.delete(notesFile);
    return new Losses(files, unflushed, names, details);
  }

  private void note(String line) {
    String[] part = line.split("\t", -1);
    long inode = Long.parseLong(part[1]);
    switch (part[0]) {
      case "F" -> flushed.put(inode, Long.parseLong(part[2]));
      case "P" -> mapped.add(inode);
      case "D" -> {
        Map<String, Long> of = new TreeMap<>();
        for (int i = 2; i < part.length; i += 2) {
          of.put(part[i], Long.parseLong(part[i + 1]));
        }
        entries.put(inode, of);
      }
      default -> throw new IllegalStateException("no note: " + line);
    }
  }

  private void folder(Path folder) throws IOException {
    Map<String, Long> now = entries(folder);
    Map<String, Long> durable = entries.getOrDefault(inode(folder), Map.of());
    if (!now.equals(durable) && random.nextBoolean()) {
      restore(folder, now, durable);
    }
    for (String name : entries(folder).keySet()) {
      Path entry = folder.resolve(name);
      if (Files.isDirectory(entry)) {
        folder(entry);
      } else {
        file(entry);
      }
    }
  }

  private void restore(Path folder, Map<String, Long> now, Map<String, Long> durable)
      throws IOException {
    for (Map.Entry<String, Long> entry : now.entrySet()) {
      if (!entry.getValue().equals(durable.get(entry.getKey()))) {
        deleteAll(folder.resolve(entry.getKey()));
        names++;
        details.add(shown(folder.resolve(entry.getKey())) + ": its name was not flushed");
      }
    }
    for (Map.Entry<String, Long> entry : durable.entrySet()) {
      Path link = links.resolve(entry.getValue().toString());
      if (!entry.getValue().equals(now.get(entry.getKey())) && Files.exists(link)) {
        Files.createLink(folder.resolve(entry.getKey()), link);
        names++;
        details.add(shown(folder.resolve(entry.getKey())) + ": is there again as it was");
      }
    }
  }

  private void file(Path file) throws IOException {
    long inode = inode(file);
    long size = Files.size(file);
    boolean never = !flushed.containsKey(inode);
    long durable = Math.min(flushed.getOrDefault(inode, 0L), size);
    boolean isMapped = mapped.contains(inode);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long end = isMapped ? endOfEntries(channel, durable, size) : size;
      if (never && isMapped && random.nextBoolean()) {
        channel.truncate(0);
        return;
      }
      if (durable == end) {
        return;
      }
      unflushed += end - durable;
      Tail tail = tails.get(random.nextInt(tails.size()));
      details.add(
          "%s: %d of %d bytes were flushed, the rest %s"
              .formatted(shown(file), durable, end, tail));
      if (tail == Tail.WRITTEN) {
        return;
      }
      files++;
      long from = tail == Tail.DROPPED ? durable : random.nextLong(durable, end + 1);
      switch (tail) {
        case DROPPED, PARTLY -> {
          if (isMapped) {
            overwrite(channel, from, end, false);
          } else {
            channel.truncate(from);
          }
        }
        default -> {
          long to = random.nextBoolean() ? end : random.nextLong(from, end + 1);
          overwrite(channel, from, to, tail == Tail.GARBLED);
        }
      }
    }
  }

  /** A mapped file is longer than its entries: zeros follow. */
  private static long endOfEntries(FileChannel channel, long from, long size) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    long end = from;
    for (long at = from; at < size; at += block.position()) {
      block.clear();
      if (channel.read(block, at) < 1) {
        break;
      }
      for (int i = 0; i < block.position(); i++) {
        if (block.get(i) != 0) {
          end = at + i + 1;
        }
      }
    }
    return end;
  }

  private void overwrite(FileChannel channel, long from, long to, boolean noise)
      throws IOException {
    for (long at = from; at < to; ) {
      byte[] bytes = new byte[(int) Math.min(BLOCK, to - at)];
      if (noise) {
        random.nextBytes(bytes);
      }
      at += channel.write(ByteBuffer.wrap(bytes), at);
    }
  }

  private String shown(Path path) {
    return data.relativize(path).toString();
  }

  private static Map<String, Long> entries(Path folder) throws IOException {
    Map<String, Long> entries = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        entries.put(file.getFileName().toString(), inode(file));
      }
    }
    return entries;
  }

  private static long inode(Path file) throws IOException {
    return (Long) Files.getAttribute(file, "unix:ino");
  }

  private static void deleteAll(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (NoSuchFileException nothingThere) {
      return;
    }
  }
}
