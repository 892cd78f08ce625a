using BenchmarkDotNet.Running;
using PatchTools.Benchmarks;

return args is ["processes", .. var rest] ? WholeProcesses.Run(rest) : Engine(args);

static int Engine(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}
