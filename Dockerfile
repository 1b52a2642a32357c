# The vicino command and nothing else:
#
#   docker build -t vicino .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" vicino train events.csv -o shop.vicino

# Alpine's programs are linked to musl, statically.
FROM rust:1.95-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /source
COPY . .
ENV CARGO_PROFILE_RELEASE_STRIP=symbols
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo build --release --locked --bin vicino && \
    mkdir -p /image/work && mkdir -m 1777 /image/tmp && cp target/release/vicino /image/

FROM scratch
COPY --from=build /image/ /
WORKDIR /work
ENTRYPOINT ["/vicino"]
