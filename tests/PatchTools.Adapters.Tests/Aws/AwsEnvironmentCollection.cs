using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>The SDK reads the environment of the process: these tests run alone and one by one.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AwsEnvironmentCollection
{
    public const string Name = "AWS environment";
}
