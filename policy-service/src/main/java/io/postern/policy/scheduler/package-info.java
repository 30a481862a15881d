/**
 * The scheduler, the only owner of time: later attempts, expiry, holds, and controls of
 * administrators (docs/design/architecture.md, "Time").
 *
 * <ol>
 *   <li>{@code Scheduler} runs Kafka Streams with one {@code SchedulerProcessor} a partition, and
 *       begins anew after a failure.
 *   <li>A partition that comes restores its entries and marks, and {@code Entries} indexes them.
 *   <li>A record of {@code mail.outcomes} is an {@code OutcomeStep}, a control a {@code
 *       ControlStep}, an entry whose time has come a {@code DueStep}.
 *   <li>A step stages its {@code Changes}, and its records in the {@code Outbox}.
 *   <li>Then the changes are made, and {@code Writer} sends the records, in one transaction.
 *   <li>Due entries wait until the outcomes of their time are read ({@code OutcomesProgress}).
 * </ol>
 */
@NullMarked
package io.postern.policy.scheduler;

import org.jspecify.annotations.NullMarked;
