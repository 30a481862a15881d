/** Which hosts take a delivery, from smart hosts or the DNS. */
@org.jspecify.annotations.NullMarked
package io.postern.delivery.nexthop;
