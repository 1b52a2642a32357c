//! Learns one sparse item-item matrix per purpose from counts.
