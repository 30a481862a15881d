package io.postern.programs;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One of the brokers of an installation, which are its controllers too.
 *
 * @param id from 1
 * @param host numeric address on which it listens
 * @param all with itself, in the order of their ids
 */
record BrokerNode(int id, String host, int clientPort, int controllerPort, List<Voter> all) {
  /** Of the controllers' quorum. */
  record Voter(int id, String host, int port) {}

  BrokerNode {
    all = List.copyOf(all);
  }

  /** Nodes on the hosts, by free ports. */
  static List<BrokerNode> on(List<String> hosts) {
    List<Voter> voters = new ArrayList<>();
    for (String host : hosts) {
      voters.add(new Voter(voters.size() + 1, host, FreePorts.next()));
    }
    return voters.stream()
        .map(me -> new BrokerNode(me.id(), me.host(), FreePorts.next(), me.port(), voters))
        .toList();
  }

  boolean alone() {
    return all.size() == 1;
  }

  /** Value for {@code listeners}. */
  String listeners() {
    return "CLIENT://%1$s:%2$d,CONTROLLER://%1$s:%3$d".formatted(host, clientPort, controllerPort);
  }

  /** Value for {@code controller.quorum.voters}. */
  String voters() {
    return all.stream()
        .map(each -> each.id() + "@" + each.host() + ":" + each.port())
        .collect(Collectors.joining(","));
  }
}
