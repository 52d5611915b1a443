#include <flow_synth/controller.h>

#include <iostream>
#include <vector>

// Plays a note of the model file that is given, and says how loud it is.
int main(int argc, const char* const* argv) {
    std::vector<std::byte> bytes;
    std::shared_ptr<const flow_synth::CoreModel> model;
    auto status = flow_synth::read_file(argc > 1 ? argv[1] : "", bytes);
    if (status.is_ok()) {
        status = flow_synth::CoreModel::parse(bytes, model);
    }
    flow_synth::Controller controller;
    if (status.is_ok()) {
        controller.set_model(model);
        status = controller.note(60.0, 100);
    }
    if (!status.is_ok()) {
        std::cerr << status.reason() << '\n';
        return 1;
    }
    std::vector<float> left(44100);
    std::vector<float> right(44100);
    controller.process(left, left, right);
    float peak = 0.0F;
    for (const float sample : left) {
        peak = sample > peak ? sample : peak;
    }
    std::cout << model->interface().synth << " plays with a peak of " << peak << '\n';
    return peak > 0.01F ? 0 : 1;
}
