"""Serves objects by moto's S3 server on a free port until standard input ends.

Reads one JSON document from the first line of standard input:
  {"buckets": {"name": {"isPublic": true, "objects": {"key": "base64"}}}}
Prints {"port": N} when everything is there. Each further line {"put": [bucket, key, "base64"]} replaces an object and is answered by {}.
"""

import base64
import json
import logging
import sys

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
port = server.get_host_and_port()[1]
client = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{port}",
    aws_access_key_id="AKIAREADER",
    aws_secret_access_key="key",
    region_name="us-east-1",
)
public = {}
for name, bucket in json.loads(sys.stdin.readline())["buckets"].items():
    public[name] = "public-read" if bucket["isPublic"] else "private"
    client.create_bucket(Bucket=name, ACL=public[name])
    for key, text in bucket["objects"].items():
        client.put_object(Bucket=name, Key=key, Body=base64.b64decode(text), ACL=public[name])
print(json.dumps({"port": port}), flush=True)
for line in sys.stdin:
    name, key, text = json.loads(line)["put"]
    client.put_object(Bucket=name, Key=key, Body=base64.b64decode(text), ACL=public[name])
    print("{}", flush=True)
server.stop()
