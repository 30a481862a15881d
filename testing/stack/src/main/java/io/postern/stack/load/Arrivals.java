package io.postern.stack.load;

/**
 * What has arrived of one run.
 *
 * @param times of each message's first arrival, by number
 */
record Arrivals(Count count, Times times) {
  /**
   * Numbers of messages, as the sink's control port gives them.
   *
   * @param arrived different ones
   * @param twice arrived again
   * @param damaged whose body is not the one that was sent
   * @param plain without TLS
   * @param cpu seconds of the sink since its start, of all runs
   */
  record Count(int arrived, int twice, int damaged, int plain, double cpu) {
    static Count parse(String line) {
      String[] fields = line.strip().split(" ", -1);
      return new Count(
          Integer.parseInt(fields[0]),
          Integer.parseInt(fields[1]),
          Integer.parseInt(fields[2]),
          Integer.parseInt(fields[3]),
          Double.parseDouble(fields[4]));
    }

    String line() {
      return arrived + " " + twice + " " + damaged + " " + plain + " " + cpu + "\n";
    }
  }
}
