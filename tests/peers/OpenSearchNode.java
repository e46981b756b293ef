import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One node of OpenSearch: its folder and its two ports (HTTP, other nodes) are the arguments. */
public class OpenSearchNode {
  public static void main(String[] arguments) throws Exception {
    OpenSearchRunner runner = new OpenSearchRunner();
    try {
      runner.onBuild((number, settings) -> {
        settings.put("discovery.type", "single-node");
        settings.put("network.host", "127.0.0.1");
        settings.put("http.port", arguments[1]);
        settings.put("transport.port", arguments[2]);
        settings.putList("node.roles", "cluster_manager", "data", "ingest");
      }).build(OpenSearchRunner.newConfigs().basePath(arguments[0]).numOfNode(1));
      Thread.currentThread().join();
    } catch (Throwable failure) {
      failure.printStackTrace();
      System.exit(1);
    }
  }
}
