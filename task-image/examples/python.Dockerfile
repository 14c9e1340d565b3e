# A sandbox for repositories in Python: the image with a toolchain more.
#
#   docker build --file task-image/examples/python.Dockerfile --tag entropy-sandbox-python task-image/examples
FROM entropy-sandbox

USER root
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 python3-pip python3-venv \
  && rm -rf /var/lib/apt/lists/*

# What tools are to find in their environment beside PATH is named here.
ENV PYTHONUTF8=1 ENTROPY_TOOL_ENVIRONMENT="PYTHONUTF8"

USER 10001:10001
