package io.postern.lab.disk;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.MappedByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The notes of the durable parts of the files below one folder, in a file that outlives the
 * process: a line for each flush that has ended, of the state when it began. {@link DiskAgent}
 * makes the JDK's own code call this class.
 *
 * <ul>
 *   <li>{@code F inode size}: a file was flushed up to its size;
 *   <li>{@code P inode}: a file was mapped;
 *   <li>{@code F inode position}: it was flushed up to its buffer's position, which is the end of
 *       the entries in Kafka's indexes;
 *   <li>{@code D inode name inode ...}: a folder was flushed with these entries. Each file in it
 *       gets a second link under its inode's number, so that a deletion can be taken back, and no
 *       inode's number is given twice.
 * </ul>
 *
 * <p>Thread-safe. Linux only: files are known by {@code /proc/self/fd}. Memory: 100 bytes for each
 * mapping ever made; on disk 20 bytes for each flush, until the next cut. Failure: the process ends
 * at once, since a flush without a note would make a promise that was kept look broken.
 */
public final class DiskNotes {
  private static final String NOTES = "notes";

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Map<Long, Long> MAPPED = new ConcurrentHashMap<>();

  private static volatile @Nullable DiskNotes notes;

  private final Path watched;
  private final Path links;
  private final FileOutputStream out;

  private DiskNotes(Path folder, Path watched) throws IOException {
    this.watched = watched.toRealPath();
    this.links = Files.createDirectories(links(this.watched));
    Path file = file(folder);
    boolean first = !Files.exists(file);
    // Not a channel: an interrupted thread would close it for all.
    out = new FileOutputStream(file.toFile(), true);
    if (first) {
      all(this.watched);
    }
  }

  /** Where the second links are: beside the watched folder, since a link leaves no file system. */
  public static Path links(Path watched) {
    return watched.resolveSibling(watched.getFileName() + ".links");
  }

  /** Where the notes are in their folder, which may be on another file system. */
  public static Path file(Path folder) {
    return folder.resolve(NOTES);
  }

  /**
   * Called once, before any flush: goes on with the notes in the folder; where there are none, all
   * that is there counts as durable.
   */
  static void open(Path folder, Path watched) throws IOException {
    notes = new DiskNotes(folder, watched);
  }

  private void all(Path folder) throws IOException {
    write(folderLine(folder));
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        if (Files.isDirectory(entry)) {
          all(entry);
        } else {
          write("F\t" + inode(entry) + "\t" + Files.size(entry));
        }
      }
    }
  }

  /** A flush of the descriptor's file or folder begins: the line for its end, or null. */
  public static @Nullable String begins(int descriptor) {
    DiskNotes now = notes;
    try {
      return now == null ? null : now.line(DESCRIPTORS.resolve(Integer.toString(descriptor)));
    } catch (NoSuchFileException closed) {
      return null; // the flush fails
    } catch (IOException e) {
      throw end(e);
    }
  }

  private @Nullable String line(Path descriptor) throws IOException {
    Path path = Files.readSymbolicLink(descriptor);
    if (!path.startsWith(watched)) {
      return null;
    }
    Map<String, Object> found = Files.readAttributes(descriptor, "unix:ino,size,isDirectory");
    return Boolean.TRUE.equals(found.get("isDirectory"))
        ? folderLine(path)
        : "F\t" + found.get("ino") + "\t" + found.get("size");
  }

  private String folderLine(Path folder) throws IOException {
    StringBuilder line = new StringBuilder("D\t").append(inode(folder));
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        try {
          long inode = inode(entry);
          if (Files.isRegularFile(entry)) {
            link(entry, inode);
          }
          line.append('\t').append(entry.getFileName()).append('\t').append(inode);
        } catch (NoSuchFileException goneMeanwhile) {
          continue;
        }
      }
    }
    return line.toString();
  }

  private void link(Path file, long inode) throws IOException {
    try {
      Files.createLink(links.resolve(Long.toString(inode)), file);
    } catch (FileAlreadyExistsException linked) {
      return;
    }
  }

  /** A file was mapped. */
  public static void mapped(MappedByteBuffer buffer, int descriptor) {
    DiskNotes now = notes;
    if (now == null) {
      return;
    }
    try {
      Path link = DESCRIPTORS.resolve(Integer.toString(descriptor));
      if (Files.readSymbolicLink(link).startsWith(now.watched)) {
        long inode = inode(link);
        MAPPED.put(address(buffer), inode);
        now.write("P\t" + inode);
      } else {
        MAPPED.remove(address(buffer)); // of a mapping that was there before
      }
    } catch (IOException e) {
      throw end(e);
    }
  }

  /** A mapped file's flush begins: the line for its end, or null. */
  public static @Nullable String beginsMapped(MappedByteBuffer buffer) {
    Long inode = notes == null ? null : MAPPED.get(address(buffer));
    return inode == null ? null : "F\t" + inode + "\t" + buffer.position();
  }

  /** The flush has ended well. */
  public static void ended(@Nullable String line) {
    DiskNotes now = notes;
    if (line == null || now == null) {
      return;
    }
    try {
      now.write(line);
    } catch (IOException e) {
      throw end(e);
    }
  }

  private void write(String line) throws IOException {
    out.write(
        (line + "\n").getBytes(StandardCharsets.UTF_8)); // one call: the kernel appends it whole
  }

  private static long address(MappedByteBuffer buffer) {
    return MemorySegment.ofBuffer(buffer.duplicate().clear()).address();
  }

  static long inode(Path file) throws IOException {
    return (Long) Files.getAttribute(file, "unix:ino");
  }

  private static UncheckedIOException end(IOException e) {
    System.err.println("a flush cannot be noted: " + e);
    Runtime.getRuntime().halt(1);
    return new UncheckedIOException(e);
  }
}
