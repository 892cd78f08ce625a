using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PatchTools.Snapshots;

namespace PatchTools.Engine.Tests.Snapshots;

/// <summary>
/// A baseline by itself, as people keep it in files: a snapshot document's, without what only documents need.
/// </summary>
internal static class BareBaseline
{
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Of(PatchBaseline baseline)
    {
        var bare = JsonNode.Parse(SnapshotWriter.WriteDocument(baseline))!["patchBaseline"]!.AsObject();
        bare.Remove("createdTime");
        bare.Remove("modifiedTime");
        if (bare["baselineId"] is null)
            bare.Remove("baselineId");
        return Encoding.UTF8.GetBytes(bare.ToJsonString(Plain) + "\n");
    }
}
